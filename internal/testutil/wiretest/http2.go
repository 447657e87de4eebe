package wiretest

import (
	"bytes"
	"crypto/tls"
	"net"
	"sync"
	"testing"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// End is how an HTTP/2 server ends the second stream of a connection.
type End string

// The ends. After Refused and NotProcessed a client may send the request again (RFC
// 9113, sections 6.8 and 8.7).
const (
	Refused      End = "RST_STREAM with REFUSED_STREAM"
	NotProcessed End = "GOAWAY that leaves the stream out"
	Reset        End = "RST_STREAM with PROTOCOL_ERROR"
	Internal     End = "RST_STREAM with INTERNAL_ERROR"
	Canceled     End = "RST_STREAM with CANCEL"
	Processed    End = "GOAWAY that includes the stream, and the end of the connection"
	Closed       End = "the end of the connection"
)

// HTTP2 is a server that answers the first stream of its first connection, ends the
// second one in a chosen way, and answers all others.
type HTTP2 struct {
	URL string

	mu      sync.Mutex
	end     End
	streams int
}

// StartHTTP2 starts a server. setting holds its certificate.
func StartHTTP2(t *testing.T, setting *tls.Config, end End) *HTTP2 {
	t.Helper()
	setting = setting.Clone()
	setting.NextProtos = []string{http2.NextProtoTLS}
	s := &HTTP2{end: end}
	s.URL = "https://" + listen(t, setting, s.serve)
	return s
}

// Streams returns how many requests began to arrive.
func (s *HTTP2) Streams() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.streams
}

// nextEnd counts a stream and returns how it ends; "" is an answer.
func (s *HTTP2) nextEnd() End {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.streams++; s.streams == 2 {
		return s.end
	}
	return ""
}

// serve reads frames until a stream ends the connection.
func (s *HTTP2) serve(conn net.Conn) {
	preface := make([]byte, len(http2.ClientPreface))
	if _, err := conn.Read(preface); err != nil {
		return
	}
	fr := http2.NewFramer(conn, conn)
	_ = fr.WriteSettings()
	for {
		frame, err := fr.ReadFrame()
		if err != nil {
			return
		}
		switch frame := frame.(type) {
		case *http2.SettingsFrame:
			if !frame.IsAck() {
				_ = fr.WriteSettingsAck()
			}
		case *http2.PingFrame:
			_ = fr.WritePing(true, frame.Data)
		case *http2.HeadersFrame:
			if !finishStream(fr, frame.StreamID, s.nextEnd()) {
				return
			}
		}
	}
}

// finishStream ends a stream and reports whether the connection stays open.
func finishStream(fr *http2.Framer, id uint32, end End) bool {
	switch end {
	case Refused:
		_ = fr.WriteRSTStream(id, http2.ErrCodeRefusedStream)
	case Reset:
		_ = fr.WriteRSTStream(id, http2.ErrCodeProtocol)
	case Internal:
		_ = fr.WriteRSTStream(id, http2.ErrCodeInternal)
	case Canceled:
		_ = fr.WriteRSTStream(id, http2.ErrCodeCancel)
	case NotProcessed:
		_ = fr.WriteGoAway(id-2, http2.ErrCodeNo, nil)
	case Processed:
		_ = fr.WriteGoAway(id, http2.ErrCodeNo, nil)
		return false
	case Closed:
		return false
	default:
		var header bytes.Buffer
		_ = hpack.NewEncoder(&header).WriteField(hpack.HeaderField{Name: ":status", Value: "204"})
		_ = fr.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: header.Bytes(), EndStream: true, EndHeaders: true})
	}
	return true
}
