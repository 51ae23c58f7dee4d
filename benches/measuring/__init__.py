"""What `benches/endpoint` and `benches/load` are made of."""
