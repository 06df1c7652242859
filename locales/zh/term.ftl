### The terminal: progress and prompts.
