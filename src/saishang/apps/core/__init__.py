"""What every app needs: the action log and the guard against password guessing."""
