### What exec, the terminal and files say.
