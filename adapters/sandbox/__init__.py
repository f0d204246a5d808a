"""The sandbox: our own provider for every port, and the adapter that a newcomer reads first."""
