// Package cell knows a cell's Go text before types are known: where each
// declaration and statement begins and ends, whether it is complete, and how
// an error in it is shown.
//
// All functions are pure and safe for concurrent use; their cost is linear in
// the text.
package cell
