"""What tests share: databases, applications, mail servers, live servers, browsers."""
