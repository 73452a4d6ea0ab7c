//! The use cases over mocks of their ports: who is let in, and to which place. Knows nothing of any adapter.

mod usecases {
    mod accounts;
    mod agreement;
    mod talk;
}
