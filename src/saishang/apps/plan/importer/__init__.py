"""Reads a Chinese government plan (.docx, .txt) into records; knows no Django and keeps no state."""
