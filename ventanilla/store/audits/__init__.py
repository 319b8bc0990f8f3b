"""The promises, each as a count of what breaks it. A check is a function of a connection; it reads and repairs nothing."""
