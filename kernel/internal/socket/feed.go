package socket

// A feed gives zmq4 the bytes of a connection: first the handshake that it
// believes to take part in, then messages whose every header was checked and
// whose large frames have arrived in full. Commands go to the command function.
// It belongs to the goroutine that reads.
type feed struct {
	r       reader
	command func(name string, data []byte) error // answers PING and the like
	pause   func()                               // waits while too many answers are unread

	replay  []byte              // handshake bytes still to give
	head    []byte              // bytes of the running frame's header still to give
	arrived [][]byte            // pieces of its body that have arrived
	pass    int                 // bytes of its body still to take from the connection
	settled bool                // see peer.settle
	room    [maxHeaderSize]byte // for head
}

// read is an io.Reader's Read; each call gives bytes of one source only.
func (f *feed) read(p []byte) (n int, err error) {
	if len(p) == 0 {
		return 0, nil
	}
	for {
		switch {
		case len(f.replay) > 0:
			n = copy(p, f.replay)
			f.replay = f.replay[n:]
			return n, nil
		case len(f.head) > 0:
			n = copy(p, f.head)
			f.head = f.head[n:]
			return n, nil
		case len(f.arrived) > 0:
			n = copy(p, f.arrived[0])
			f.arrived[0] = f.arrived[0][n:]
			if len(f.arrived[0]) == 0 {
				f.arrived[0] = nil
				f.arrived = f.arrived[1:]
			}
			return n, nil
		case f.pass > 0:
			n, err = f.r.br.Read(p[:min(len(p), f.pass)])
			f.pass -= n
			return n, unexpected(err)
		}
		if err := f.next(); err != nil {
			return 0, err
		}
	}
}

// header reads the next frame's header when the peer may ask for more.
func (f *feed) header() (frame, error) {
	f.pause()
	return f.r.next()
}

// next takes in the next frame: a command is dealt with, a message's frame is
// made ready to be given.
func (f *feed) next() error {
	fr, err := f.header()
	if err != nil {
		return err
	}
	if fr.command() {
		return f.obey(fr)
	}
	if fr.size > eagerFrame {
		if f.arrived, err = f.r.chunks(fr); err != nil {
			return err
		}
	} else {
		f.pass = fr.size
	}
	f.head = appendHeader(f.room[:0], fr.flags, fr.size)
	return nil
}

// obey reads a command and has it dealt with.
func (f *feed) obey(fr frame) error {
	body, err := f.r.body(fr)
	if err != nil {
		return err
	}
	name, data, err := splitCommand(body)
	if err != nil {
		return err
	}
	return f.command(name, data)
}

// message reads a whole message where no zmq4 is above. The reader's limit
// must be at most eagerFrame.
func (f *feed) message() ([][]byte, error) {
	var list [][]byte
	for {
		fr, err := f.header()
		if err != nil {
			return nil, err
		}
		if fr.command() {
			if err := f.obey(fr); err != nil {
				return nil, err
			}
			continue
		}
		body, err := f.r.body(fr)
		if err != nil {
			return nil, err
		}
		if list = append(list, body); !fr.more() {
			return list, nil
		}
	}
}
