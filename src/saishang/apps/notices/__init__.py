"""Notices: what people are told, in the portal and by e-mail, and what reminds them of due days."""
