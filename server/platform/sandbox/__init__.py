"""The sandbox of a company: its clock, and the connection that it has without asking."""
