"""The process tree of one machine: the embedded queue server, the supervisor, the lock, the systemd unit."""
