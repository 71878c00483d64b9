package export

//go:generate go run ./gen
