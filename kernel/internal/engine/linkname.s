// The compiler allows functions without a body, such as getitab, where there is
// assembly.
