"""What people do to cases, a file a move; commands, the staff's bot, answers by mail and the desk all come here."""
