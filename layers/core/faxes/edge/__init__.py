"""API Gateway's edge: an event -> values; a result or an error -> an answer. The one place that knows HTTP."""
