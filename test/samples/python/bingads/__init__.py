"""The part of msads that the sample uses, declared as BingAds-Python-SDK 13.0.28.1 (commit 0f49deca) documents it."""
