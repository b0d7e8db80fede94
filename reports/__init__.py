"""What a run looks like to a reader: pure renderers over the log; only `reports.writer` writes files."""
