"""The front door: settings, addresses, shell templates, portal pages."""
