"""What every room stands on: errors, random streams, units, organs, parameters, progress, provenance."""
