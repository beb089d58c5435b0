"""What clients were told while the real stack was being broken, and whether that was right."""
