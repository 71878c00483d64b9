package primality

// Serial divides n by the odd numbers up to its root, as the book does. A
// negative n, or one above [MaxN], is a panic.
func Serial(n int) Result {
	mustBeFine(n, 0)
	return search(background(), n, odd)
}

// SerialWheel divides n by the numbers that 2, 3 and 5 don't divide: 8 of 30
// instead of 15.
func SerialWheel(n int) Result {
	mustBeFine(n, 0)
	return search(background(), n, wheel)
}
