package magic

// A Listing is the machine code of a function, with the source lines that it
// comes from.
type Listing struct {
	Name string // as asked for: "f", "T.m", "julia.Serial"
	Arch string // "amd64"
	// Note says what the reader has to know about where the code comes from.
	Note   string
	Funcs  []ListedFunc
	Source []ListedLine // lines that instructions come from and whose text is known, in reading order
}

// A ListedFunc is one compiled function: what was asked for, or a function
// literal in it.
type ListedFunc struct {
	Name         string
	Instructions []Instruction
}

// An Instruction is one machine instruction.
type Instruction struct {
	File   string // "cell[3]", or the base name of a file
	Line   int
	Offset uint64 // from the beginning of the function, bytes
	Size   int    // bytes
	Text   string // in the Go assembler's notation
	Target string // what it calls or addresses by name, "" for none
}

// A ListedLine is a line of source text.
type ListedLine struct {
	File string
	Line int
	Text string
}

// Decisions are what the compiler tells of a function.
type Decisions struct {
	Name   string
	Note   string
	Source []ListedLine // all lines of the function
	List   []Decision   // in the order of their places
}

// A Decision is one message of the compiler's.
type Decision struct {
	Line, Column int
	Text         string   // in the compiler's words
	Expr         string   // the indexed expression that it is about, "" for none
	Why          []string // the steps that led to it, for what escapes
}
