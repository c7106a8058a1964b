"""Fill and make the files that learning platforms exchange: grade sheets and zips of feedback."""
