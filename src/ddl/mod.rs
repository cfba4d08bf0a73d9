//! From definitions to statements, and running them.
