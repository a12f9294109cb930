//! Here for its dependencies only: the specimens link them by themselves.
