//! A stranger checks a bound of their own.
