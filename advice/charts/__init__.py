"""Charts: facts in, one SVG and its words out. Nothing here reads a file, a store or a clock."""
