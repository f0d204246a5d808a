"""What things mean, and how they run safely. `app.py` and `worker.py` put the parts together."""
