"""What people do to cases, as commands: a file a group, each a few lines over `router.moves`."""
