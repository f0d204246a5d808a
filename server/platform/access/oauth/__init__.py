"""OAuth 2.0: the clients, grants and tokens by which programs and people call Corridor."""
