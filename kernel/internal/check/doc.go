// Package check decides with go/types whether a cell is right, given what the
// cells before it declared.
//
// The session's declarations live in a World. A cell is checked against those
// that it mentions and against nothing else, so that the cost depends on the
// cell and not on the length of the session. Every check uses one
// types.Package for ever: its scope is emptied before each check, and the
// objects that the cell mentions are put into the file's own scope.
//
// A declaration that is changed takes along what depends on it: functions that
// use it are checked again (the ones that no longer fit are marked and refused
// when used), types that contain it become new types, and variables of the old
// types are stale.
package check
