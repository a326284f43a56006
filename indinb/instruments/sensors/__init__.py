"""What only measures: weather stations, GPS receivers, sky quality meters."""
