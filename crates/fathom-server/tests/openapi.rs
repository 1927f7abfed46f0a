//! The committed OpenAPI document is the code's.

use std::path::Path;

/// `FATHOM_GENERATE=1 cargo test -p fathom-server --test openapi` writes it.
#[test]
fn the_committed_document_is_that_of_the_code() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    let document = fathom_server::openapi_json();
    if std::env::var_os("FATHOM_GENERATE").is_some() {
        std::fs::write(&path, &document).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == document, "docs/openapi.json is out of date: run `cargo xtask generate`");
}

#[test]
fn every_operation_is_described() {
    let document: serde_json::Value = serde_json::from_str(&fathom_server::openapi_json()).unwrap();
    let mut operations = 0;
    for (path, methods) in document["paths"].as_object().unwrap() {
        assert!(path.starts_with("/api/v1/"), "{path}");
        for (method, operation) in methods.as_object().unwrap() {
            assert!(operation["summary"].is_string(), "{method} {path}");
            assert!(!operation["responses"].as_object().unwrap().is_empty(), "{method} {path}");
            operations += 1;
        }
    }
    assert_eq!(operations, 10);
    // References lead somewhere.
    let text = document.to_string();
    for reference in text.split("#/components/schemas/").skip(1) {
        let name = reference.split('"').next().unwrap();
        assert!(document["components"]["schemas"][name].is_object(), "{name}");
    }
}
