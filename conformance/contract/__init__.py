"""What the documents say, as data: it talks to no network and knows no target."""
