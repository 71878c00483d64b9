// Package wire is the Jupyter messaging protocol, version 5.4, without any
// socket: messages as lists of frames, their signatures, the content of every
// kind of message that a kernel receives or sends, and the connection file.
//
// The way in is [Codec.Decode]: frames as they came from a socket become a
// [Message] whose Content is still JSON text; [Message.Read] turns it into one
// of the request types. The way out is [Codec.Encode]: the replies and the
// published messages are [Content] values that write themselves as JSON
// without reflection, so that neither a small status nor 50 MB of output
// costs more than copying and signing it.
//
// Format: "Messaging in Jupyter", jupyter-client documentation; the welcome
// message is Jupyter Enhancement Proposal 65.
package wire

// ProtocolVersion is the version of the messaging protocol that messages of
// this package follow.
const ProtocolVersion = "5.4"

// MaxMessage bounds what Decode accepts, bytes over all frames of a message.
const MaxMessage = 1 << 30

// maxHeader bounds a header, bytes: it is copied into every message that
// answers it, and real ones have some 250 bytes.
const maxHeader = 1 << 20

// delimiter ends the routing identities of a message.
const delimiter = "<IDS|MSG>"
