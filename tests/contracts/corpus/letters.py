"""The contract that the cases change: letters, which Corridor does not send. PACKAGE stands for the case's own."""

HEAD = """syntax = "proto3";

package corridor.PACKAGE.v1;

import "buf/validate/validate.proto";
import "corridor/access/v1/role.proto";
import "corridor/errors/v1/error_reason.proto";
import "corridor/options/v1/error.proto";
import "corridor/options/v1/event.proto";
import "corridor/options/v1/field.proto";
import "corridor/options/v1/method.proto";
import "corridor/type/v1/raw_request.proto";
import "corridor/type/v1/raw_response.proto";
import "google/api/annotations.proto";
import "google/protobuf/descriptor.proto";
import "google/protobuf/duration.proto";
import "google/protobuf/timestamp.proto";
"""

BASE = (
    HEAD
    + """
// LetterService sends letters.
service LetterService {
  // SendLetter sends a letter.
  rpc SendLetter(SendLetterRequest) returns (SendLetterResponse) {
    option (google.api.http) = {
      post: "/v1/letters"
      body: "*"
      response_body: "letter"
    };
    option (corridor.options.v1.policy) = {
      scopes: ["letters:send", "letters:manage"]
      idempotency: IDEMPOTENCY_RULE_OPTIONAL
      deadline: {seconds: 5}
      audit: "letter.send"
      rate_class: RATE_CLASS_WRITE
      callers: [CALLER_KIND_API_KEY, CALLER_KIND_USER]
    };
    option (corridor.errors.v1.errors) = {
      reasons: [ERROR_REASON_NOT_FOUND, ERROR_REASON_STATE_CONFLICT]
    };
  }

  // GetLetter returns one letter.
  rpc GetLetter(GetLetterRequest) returns (GetLetterResponse) {
    option (google.api.http) = {get: "/v1/letters/{letter_id}"};
    option (corridor.options.v1.policy) = {
      scopes: "letters:read"
      idempotency: IDEMPOTENCY_RULE_NONE
      deadline: {seconds: 2}
      audit: "letter.get"
      rate_class: RATE_CLASS_READ
    };
  }

  // PingLetter does nothing, of nothing but a path.
  rpc PingLetter(PingLetterRequest) returns (PingLetterResponse) {
    option (google.api.http) = {post: "/v1/letters/{letter_id}:ping"};
  }

  // OldLetter is about to end.
  rpc OldLetter(OldLetterRequest) returns (OldLetterResponse) {
    option deprecated = true;
    option (google.api.http) = {get: "/v1/oldLetters/{letter_id}"};
    option (corridor.options.v1.policy) = {
      stability: {
        level: STABILITY_LEVEL_DEPRECATED
        deprecated_since: "2026-01-01"
        sunset: "2027-12-01"
        replacement: "corridor.PACKAGE.v1.LetterService.GetLetter"
      }
    };
  }

  // RawLetter takes a letter as it comes.
  rpc RawLetter(RawLetterRequest) returns (RawLetterResponse) {
    option (google.api.http) = {
      post: "/v1/rawLetters"
      body: "raw"
      response_body: "answer"
    };
  }
}

// SendLetterRequest asks for a letter.
message SendLetterRequest {
  // What it says.
  string text = 1 [(buf.validate.field).string = {min_len: 1 max_len: 100}];
  // A note for the sender. By default `none`.
  string note = 2 [(corridor.options.v1.sensitivity) = SENSITIVITY_PERSONAL];
  // How it goes.
  LetterSpeed speed = 3;
  // Where it goes.
  Address address = 4;
  // Who reads it.
  repeated string readers = 5;
  // What it weighs.
  int32 weight_grams = 6;
  // Whom to tell.
  oneof told {
    // By mail.
    string mail = 7;
    // By telephone.
    string telephone = 8;
  }
  // Marks.
  map<string, string> marks = 9;
  // When.
  google.protobuf.Timestamp send_time = 10;
  // How long.
  google.protobuf.Duration patience = 11;
  // A picture.
  bytes picture = 12;
  // How much of it.
  optional int32 share = 13;
  // The letter itself, for those who have one.
  Letter letter = 14;
  // As it was called.
  string old_name = 15 [
    deprecated = true,
    (corridor.options.v1.field_stability) = {
      level: STABILITY_LEVEL_DEPRECATED
      deprecated_since: "2026-01-01"
      sunset: "2026-10-01"
      replacement: "corridor.PACKAGE.v1.SendLetterRequest.text"
    }
  ];
  // A third thing. PROBE_IN_REQUESTS
  int64 ounces = 16;
}

// SendLetterResponse answers a letter.
message SendLetterResponse {
  // It.
  Letter letter = 1;
  // A paper about it.
  string receipt = 2;
  // What it cost. PROBE_IN_ANSWERS
  int32 cost = 3;
}

// Letter is a letter, sent and answered.
message Letter {
  // Its id.
  string letter_id = 1;
  // What it says. PROBE_BOTH_WAYS
  string text = 2;
}

// Address is where a letter goes.
message Address {
  // The street.
  string street = 1;
  // The town.
  string town = 2;
}

// GetLetterRequest asks for one letter.
message GetLetterRequest {
  // Which.
  string letter_id = 1;
  // In which language.
  string language = 2;
  // How much of it.
  int32 depth = 3;
}

// GetLetterResponse holds it.
message GetLetterResponse {
  // It.
  Letter letter = 1;
  // What it is of.
  string origin = 2;
}

// PingLetterRequest names a letter.
message PingLetterRequest {
  // Which.
  string letter_id = 1;
}

// PingLetterResponse is empty.
message PingLetterResponse {}

// OldLetterRequest names a letter.
message OldLetterRequest {
  // Which.
  string letter_id = 1;
}

// OldLetterResponse is empty.
message OldLetterResponse {}

// RawLetterRequest holds what came.
message RawLetterRequest {
  // It.
  corridor.type.v1.RawRequest raw = 1;
  // What it is about.
  string subject = 2;
}

// RawLetterResponse holds what leaves.
message RawLetterResponse {
  // It.
  corridor.type.v1.RawResponse answer = 1;
  // What is left.
  string rest = 2;
}

// LetterSent is told when a letter has left.
message LetterSent {
  option (corridor.options.v1.event) = {type: "letter.sent"};
  // It.
  Letter letter = 1;
}

// LetterKept is kept, and neither sent nor answered.
message LetterKept {
  reserved 5 to 7;
  reserved "older";
  // Where.
  string shelf = 1 [(buf.validate.field).string.max_len = 10];
}

// LetterSpeed is how fast a letter goes.
enum LetterSpeed {
  reserved 8 to 9;
  // As fast as usual.
  LETTER_SPEED_UNSPECIFIED = 0;
  // Slow.
  LETTER_SPEED_SLOW = 1;
  // Fast.
  LETTER_SPEED_FAST = 2;
}

// LetterReason is why a letter failed.
enum LetterReason {
  // Not a reason.
  LETTER_REASON_UNSPECIFIED = 0;
  // Lost.
  LETTER_REASON_LOST = 1 [(corridor.options.v1.error) = {
    code: NOT_FOUND
    http_status: 404
    class: ERROR_CLASS_PERMANENT
    title: "Lost"
    suggested_action: "Look for it."
  }];
  // Late.
  LETTER_REASON_LATE = 2 [(corridor.options.v1.error) = {
    code: UNAVAILABLE
    http_status: 503
    class: ERROR_CLASS_TRANSIENT
    retryable: true
    title: "Late"
    suggested_action: "Wait."
  }];
}

// LetterRole is what people do.
enum LetterRole {
  // Not a role.
  LETTER_ROLE_UNSPECIFIED = 0;
  // Writes.
  LETTER_ROLE_WRITER = 1 [(corridor.access.v1.role) = {scopes: ["letters:read", "letters:send"]}];
}

extend google.protobuf.FieldOptions {
  // How heavy a field is.
  Weight weight = 90001;
}

// Weight is how heavy something is.
message Weight {
  // In grams.
  int32 grams = 1;
}
"""
)
