"""Write the page that a student gets back, and make everything in it safe to open."""
