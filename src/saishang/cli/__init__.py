"""The `saishang` command."""
