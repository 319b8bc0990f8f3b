"""From what happened to what other programs are told of it: letters to outbound webhooks. Calls nobody itself."""
