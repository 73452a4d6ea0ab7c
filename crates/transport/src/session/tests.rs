//! Sessions over an in-memory connection, with mocks behind the use cases.
