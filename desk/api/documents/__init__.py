"""What the API answers with, as OpenAPI documents it: the names of the commands' --json. They describe and check nothing."""
