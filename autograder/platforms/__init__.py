"""Fill in and create the files that learning platforms accept: grade sheets and feedback zips."""
