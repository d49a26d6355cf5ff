"""Long work in the background: what is queued, how far it is, how it ended, who started it."""
