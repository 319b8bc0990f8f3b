"""The desk's pages: a folder for each place that somebody goes to."""
