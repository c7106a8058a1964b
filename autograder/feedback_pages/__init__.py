"""Write the page that a student gets back, with everything in it made safe to open."""
