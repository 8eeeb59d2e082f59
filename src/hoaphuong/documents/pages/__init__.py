"""Pages of official documents, by what the person does."""
