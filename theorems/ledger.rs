//! Every result owed, as the ledger lists it.
