"""Facts by HTTP, for those without Kafka: an opt-in process with an integrator's principal."""
