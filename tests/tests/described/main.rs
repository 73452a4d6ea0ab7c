//! The descriptions themselves, as one program: whether `AsyncAPI` is `AsyncAPI` and `OpenAPI` is `OpenAPI`, and what a fuzzer
//! finds that reads the latter. What they say of real traffic all tests find out, by `handsel_tests::described`.

mod asyncapi;
mod fuzzed;
mod fuzzer;
mod official;
mod openapi;
