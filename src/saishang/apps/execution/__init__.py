"""Work on the plan (任务落实): items with milestones, work plans of a year, periodic reports with evidence."""
