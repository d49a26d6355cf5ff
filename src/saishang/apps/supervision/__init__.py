"""Supervision (督办): cases, inspection feedback, coordination, recurring duties, bulletins of what is overdue."""
